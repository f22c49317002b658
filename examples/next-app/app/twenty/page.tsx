import type { Metadata } from "next";
import { Lamps } from "../../components/lamps.tsx";
import { Page } from "../../components/page.tsx";
import { lampsLit } from "../../lib/lamps.ts";
import { getSession } from "../../lib/session.ts";

export const metadata: Metadata = { title: "Twenty at once" };

export default async function TwentyPage() {
  const lit = lampsLit(await getSession());
  return (
    <Page at="/twenty">
      <div className="column">
        <h1>Twenty at once</h1>
        <p className="lead">
          The button sends twenty requests without waiting for any of them. Each reads your session, is busy for a
          moment, and lights one lamp: a key of its own. All of them save to the same row.
        </p>
        <noscript>
          <p className="notice problem">
            This page needs JavaScript: a form sends one request at a time. The rest of the shop does without.
          </p>
        </noscript>
        <Lamps initiallyLit={lit} />
      </div>
    </Page>
  );
}
