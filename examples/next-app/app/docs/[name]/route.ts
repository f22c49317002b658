import { readDoc } from "../../../lib/docs.ts";

/** A page of the documentation, as Markdown. */
export async function GET(_request: Request, { params }: RouteContext<"/docs/[name]">): Promise<Response> {
  const text = await readDoc((await params).name);
  if (text === undefined) return new Response("The documentation has no such page.", { status: 404 });
  // Browsers show plain text, and download text/markdown.
  return new Response(text, { headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
