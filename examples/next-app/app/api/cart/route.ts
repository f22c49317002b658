import type { DbSession } from "prisma-db-session";
import { MAX_QUANTITY, quantityOf, readCart, setQuantity } from "../../../lib/cart.ts";
import { findProduct } from "../../../lib/products.ts";
import { getSession, type ShopSession, withSession } from "../../../lib/session.ts";

/** In bytes. A product and a quantity need far less. */
const MAX_BODY = 10_000;

/**
 * @returns the cart: `{ lines: [{ product, name, quantity, total }], count, total }`, with amounts
 * in cents
 */
export async function GET(): Promise<Response> {
  return answer(200, cartBody(await getSession()));
}

/**
 * Puts a product into the cart: `{ "product": "mug", "quantity": 1 }`. The quantity is optional.
 */
export const POST = withSession(addToCart, { sameOrigin: true });

async function addToCart(session: DbSession<ShopSession>, request: Request): Promise<Response> {
  const length = request.headers.get("content-length");
  if (length === null) return answer(411, { error: "Send the header Content-Length." });
  if (Number(length) > MAX_BODY) return answer(413, { error: "The body is too large." });
  if (!/^application\/json(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return answer(415, { error: "Send JSON, with the header Content-Type: application/json." });
  }
  const body: unknown = await request.json().catch(() => undefined);
  if (typeof body !== "object" || body === null) return answer(400, { error: "The body must be a JSON object." });
  const { product: slug, quantity: added = 1 } = body as { product?: unknown; quantity?: unknown };
  const product = findProduct(slug);
  if (!product) return answer(404, { error: "This shop has no such product." });

  const valid = typeof added === "number" && added >= 1;
  if (!valid || !setQuantity(session, product, quantityOf(session, product) + added)) {
    return answer(400, { error: `You can order 1 to ${MAX_QUANTITY} of a kind.` });
  }
  return answer(201, cartBody(session));
}

function cartBody(session: DbSession<ShopSession>) {
  const { lines, count, total } = readCart(session);
  return {
    lines: lines.map(({ product: { slug, name }, quantity, total }) => ({ product: slug, name, quantity, total })),
    count,
    total,
  };
}

/** No cache may store an answer that depends on a cookie. */
const answer = (status: number, body: object) =>
  Response.json(body, { status, headers: { "Cache-Control": "no-store", Vary: "Cookie" } });
