import type { BrowserContext, Cookie, Locator, Page } from "playwright-core";
import { account } from "./shop.ts";

/** The link to the account of the user who is signed in. */
export const ACCOUNT_LINK = `${account.name}’s account`;

/** The tests are compiled without the types of a browser. */
interface Element {
  setAttribute(name: string, value: string): void;
}

/** Somebody with a browser of their own, and one page in it. */
export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  readonly go = async (path: string): Promise<void> => {
    await this.page.goto(path);
  };
  /** The back button. A page that comes back as it was left is not loaded, so nothing more is waited for. */
  readonly goBack = async (): Promise<void> => {
    await this.page.goBack({ waitUntil: "commit" });
  };
  readonly press = (name: string): Promise<void> => this.page.getByRole("button", { name, exact: true }).click();
  readonly follow = (name: string): Promise<void> => this.page.getByRole("link", { name, exact: true }).click();
  readonly see = (text: string | RegExp): Promise<void> => this.page.getByText(text).first().waitFor();
  readonly heading = (name: string): Promise<void> => this.page.getByRole("heading", { name }).waitFor();
  readonly alert = (text: string): Promise<void> => this.page.getByRole("alert").getByText(text).waitFor();

  readonly cookie = async (): Promise<Cookie | undefined> =>
    (await this.context.cookies()).find(({ name }) => name === "session");
  readonly sessionKey = async (): Promise<string> => (await this.cookie())?.value ?? "";

  /** React listens to the forms of the page. Before that, the browser sends a form as it does without JavaScript. */
  async isHydrated(): Promise<void> {
    const isReact = `(form) => Object.keys(form).some((name) => name.startsWith("__reactFiber"))`;
    await this.page.waitForFunction(`[...document.forms].every(${isReact})`);
  }

  async addMug(): Promise<void> {
    await this.press("Add Harbour mug to cart");
    await this.see("Harbour mug: 1 in your cart.");
  }

  /** From the page that is open, which asks for it. */
  async enterPassword(password = account.password): Promise<void> {
    await this.page.getByLabel("Email address").fill(account.email);
    await this.page.getByLabel("Password").fill(password);
    await this.press("Sign in");
  }

  async signIn(): Promise<void> {
    await this.go("/sign-in?next=/account");
    await this.enterPassword();
    await this.heading(`Hello, ${account.name}.`);
  }

  /** Signs out as the user who is on the page "Account". */
  async signOut(): Promise<void> {
    await this.press("Sign out");
    await this.heading("A few good things");
  }
}

/** Lets a form send what it would not. */
export const forge = (field: Locator, value: string): Promise<void> =>
  field.evaluate((element: unknown, value) => (element as Element).setAttribute("value", value), value);
