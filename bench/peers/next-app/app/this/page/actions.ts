"use server";

import { nextVisit } from "../../../lib/answer";
import { withSession } from "../../../lib/this";

export const visit = withSession(async (session) => {
  session.set("visits", nextVisit());
});
