"use client";

import { useActionState } from "react";
import { addToCart } from "../app/actions.ts";
import { Message } from "./message.tsx";

export function AddForm({ slug, name, price }: { slug: string; name: string; price: string }) {
  const [outcome, add, sending] = useActionState(addToCart, null);
  return (
    <form className="add" action={add}>
      <input type="hidden" name="product" value={slug} />
      <div className="add-row">
        <span className="price">{price}</span>
        <button type="submit" className="button" aria-disabled={sending}>
          Add<span className="unseen"> {name}</span> to cart
        </button>
      </div>
      <Message outcome={outcome} />
    </form>
  );
}
