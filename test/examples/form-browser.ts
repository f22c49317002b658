import { expect } from "vitest";

/** A browser without JavaScript, as far as forms and one cookie go. It follows no redirect. */
export class FormBrowser {
  /** `name=value`, or "" if no cookie is set. */
  cookie = "";
  readonly #site: string;

  constructor(site: string) {
    this.#site = site;
  }

  /** The page at this path. */
  async text(path: string): Promise<string> {
    const response = await this.#request(path);
    expect(response.status, path).toBe(200);
    return (await response.text()).replaceAll("<!-- -->", ""); // React's mark between two pieces of text
  }

  /** Where this path leads to. */
  async redirectOf(path: string): Promise<string | null> {
    const response = await this.#request(path);
    expect(response.status, path).toBe(307);
    return response.headers.get("location");
  }

  /**
   * Fills in and sends a form.
   *
   * @param button the text on the button of the form
   * @returns where the answer leads to
   */
  async submit(path: string, button: string, fields: Readonly<Record<string, string>>): Promise<string | null> {
    const forms = (await this.text(path)).match(/<form.*?<\/form>/gs) ?? [];
    const form = forms.find((form) => form.includes(`>${button}</button>`)) ?? "";
    const body = new FormData();
    for (const [, name = ""] of form.matchAll(/<input type="hidden" name="([^"]+)"/g)) body.set(name, "");
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const response = await this.#request(path, { method: "POST", body, headers: { Origin: this.#site } });
    expect(response.status, `the form "${button}"`).toBe(303);
    return response.headers.get("location");
  }

  async #request(path: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const response = await fetch(this.#site + path, {
      ...init,
      redirect: "manual",
      headers: { ...headers, Cookie: this.cookie } as Record<string, string>,
    });
    for (const header of response.headers.getSetCookie()) {
      const [pair = ""] = header.split(";");
      this.cookie = pair.endsWith("=") ? "" : pair;
    }
    return response;
  }
}
