import type { DbSession } from "prisma-db-session";
import { MAX_QUANTITY, quantityOf, readCart, setQuantity } from "../../../lib/cart.ts";
import { findProduct } from "../../../lib/products.ts";
import { getSession, type ShopSession, withSession } from "../../../lib/session.ts";

/** In bytes: far more than a product and a quantity take. */
const MAX_BODY = 10_000;

/** The cart: `{ lines: [{ product, name, quantity, total }], count, total }`, amounts in cents. */
export async function GET(): Promise<Response> {
  return answer(200, cartBody(await getSession()));
}

/** Puts a product into the cart: `{ "product": "mug", "quantity": 1 }`. The quantity may be left out. */
export const POST = withSession(addToCart, { sameOrigin: true });

async function addToCart(session: DbSession<ShopSession>, request: Request): Promise<Response> {
  const length = request.headers.get("content-length");
  if (length === null) return answer(411, { error: "Send the header Content-Length." });
  if (Number(length) > MAX_BODY) return answer(413, { error: "The body is too large." });
  if (!/^application\/json(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return answer(415, { error: "Send JSON, with the header Content-Type: application/json." });
  }
  const body: unknown = await request.json().catch(() => undefined);
  if (typeof body !== "object" || body === null) return answer(400, { error: "The body is no JSON object." });
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

/** What depends on a cookie belongs in nobody's cache. */
const answer = (status: number, body: object) =>
  Response.json(body, { status, headers: { "Cache-Control": "no-store", Vary: "Cookie" } });
