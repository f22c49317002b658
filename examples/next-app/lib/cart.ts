import type { DbSession } from "prisma-db-session";
import { type Product, products } from "./products.ts";
import type { ShopSession } from "./session.ts";

type Session = DbSession<ShopSession>;

export const MAX_QUANTITY = 20;

export interface CartLine {
  readonly product: Product;
  readonly quantity: number;
  /** In cents. */
  readonly total: number;
}

export interface Cart {
  readonly lines: readonly CartLine[];
  readonly count: number;
  /** In cents. */
  readonly total: number;
}

const lineKey = ({ slug }: Product) => `cart.${slug}` as const;

/** In the order of the catalogue. Skips products that the shop no longer sells. */
export function readCart(session: Session): Cart {
  const lines = products
    .map((product) => ({ product, quantity: quantityOf(session, product) }))
    .filter(({ quantity }) => quantity > 0)
    .map((line) => ({ ...line, total: line.product.price * line.quantity }));
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  return { lines, count: sum(lines.map((line) => line.quantity)), total: sum(lines.map((line) => line.total)) };
}

export const quantityOf = (session: Session, product: Product): number => session.get(lineKey(product), 0);

/** The cart as keys of the session, for `markAuthenticated()`. */
export const cartData = (session: Session): Record<`cart.${string}`, number> =>
  Object.fromEntries(readCart(session).lines.map(({ product, quantity }) => [lineKey(product), quantity]));

/**
 * 0 removes the product from the cart.
 *
 * @returns `false` if the quantity is invalid, and nothing changes
 */
export function setQuantity(session: Session, product: Product, quantity: number): boolean {
  if (!Number.isInteger(quantity) || quantity < 0 || quantity > MAX_QUANTITY) return false;
  if (quantity > 0) session.set(lineKey(product), quantity);
  else session.delete(lineKey(product));
  return true;
}

export function emptyCart(session: Session): void {
  for (const product of products) session.delete(lineKey(product));
}
