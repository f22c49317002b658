import { redirect } from "next/navigation.js";
import { describe, expect, it } from "vitest";
import { controlFlowOf, redirectOfAction } from "../../src/next/control-flow.ts";

describe("the redirect of an action", () => {
  it("is what Next.js throws", () => {
    const own = redirectOfAction("/sign-in?ended=1");
    let theirs: unknown;
    try {
      redirect("/sign-in?ended=1", "push");
    } catch (error) {
      theirs = error;
    }
    const { message, digest } = theirs as Error & { digest: string };
    expect(own).toMatchObject({ message, digest });
    expect(controlFlowOf(own)).toEqual({ location: "/sign-in?ended=1", status: 307 });
  });
});
