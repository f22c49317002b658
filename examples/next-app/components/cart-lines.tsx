"use client";

import { useActionState, useEffect, useRef } from "react";
import { changeQuantity } from "../app/actions.ts";
import { type CartLine, MAX_QUANTITY } from "../lib/cart.ts";
import { formatPrice } from "../lib/products.ts";
import { Drawing } from "./drawing.tsx";
import { Message } from "./message.tsx";

/** Each button sends the new quantity, so the cart also works without JavaScript. */
export function CartLines({ lines }: { lines: readonly CartLine[] }) {
  const [outcome, change] = useActionState(changeQuantity, null);
  const list = useRef<HTMLUListElement>(null);

  // A button that removes its own line would lose the keyboard focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the cart
  useEffect(() => {
    if (!outcome || document.activeElement !== document.body) return;
    // An empty list is hidden, and cannot get the focus.
    const place = lines.length > 0 ? list.current : document.getElementById("content");
    place?.focus();
  }, [lines]);

  return (
    <>
      <ul className="lines" ref={list} tabIndex={-1} aria-label="In your cart">
        {lines.map(({ product: { slug, name, price }, quantity, total }) => (
          <li className="line" key={slug}>
            <Drawing of={slug} />
            <div className="line-text">
              <h2>{name}</h2>
              <p>{formatPrice(price)} each</p>
            </div>
            <form className="stepper" action={change}>
              <input type="hidden" name="product" value={slug} />
              <LineInputs lines={lines} />
              <button type="submit" name="quantity" value={quantity - 1} aria-label={`One less: ${name}`}>
                −
              </button>
              <output aria-label={`Quantity of ${name}`}>{quantity}</output>
              <button
                type="submit"
                name="quantity"
                value={quantity + 1}
                disabled={quantity >= MAX_QUANTITY}
                aria-label={`One more: ${name}`}
              >
                +
              </button>
              <button type="submit" className="remove" name="quantity" value={0} aria-label={`Remove ${name}`}>
                Remove
              </button>
            </form>
            <p className="line-total">{formatPrice(total)}</p>
          </li>
        ))}
      </ul>
      <Message outcome={outcome} />
    </>
  );
}

/** Sends the whole cart to an action, which restores it if the session has ended. */
export function LineInputs({ lines }: { lines: readonly CartLine[] }) {
  return lines.map(({ product: { slug }, quantity }) => (
    <input key={slug} type="hidden" name={slug} value={quantity} />
  ));
}
