import { signedInCookie } from "prisma-db-session/testing";
import { describe, it } from "vitest";
import { account, SECRET } from "../shop.ts";
import type { OpenShop } from "../use-shop.ts";

/** The recipe of docs/testing.md for end-to-end tests. */
export function signedInCookieTests(shop: OpenShop): void {
  describe("a signed-in cookie", () => {
    it("signs the browser in without the sign-in page, until the user signs out", async () => {
      const [user] = await shop.query(`SELECT id FROM user WHERE email = '${account.email}'`);
      // As the demo has it: see the example's lib/session.ts.
      const options = { model: shop.client.session, secret: SECRET, cookie: { secure: false } };
      const { cookie } = await signedInCookie(options, { userId: user?.id }, { url: shop.url });

      const visitor = await shop.arrive();
      await visitor.context.addCookies([cookie]);
      await visitor.go("/account");
      await visitor.heading(`Hello, ${account.name}.`);
      await visitor.signOut();
      await visitor.go("/account");
      await visitor.heading("Sign in");
    });
  });
}
