import type { Metadata } from "next";
import { Lamps } from "../../components/lamps.tsx";
import { Page } from "../../components/page.tsx";
import { lampsLit } from "../../lib/lamps.ts";
import { getSession } from "../../lib/session.ts";

export const metadata: Metadata = { title: "Stress test" };

export default async function TwentyPage() {
  const lit = lampsLit(await getSession());
  return (
    <Page at="/twenty" whatHappens={<WhatHappens />}>
      <div className="column">
        <h1>Twenty lamps at once</h1>
        <p className="lead">One click sends twenty requests at the same time. Each request lights one lamp.</p>
        <noscript>
          <p className="notice problem">
            This page needs JavaScript: a form sends one request at a time. The rest of the shop works without
            JavaScript.
          </p>
        </noscript>
        <Lamps initiallyLit={lit} />
      </div>
    </Page>
  );
}

function WhatHappens() {
  return (
    <>
      <p>Each request reads your session, works for a moment, sets one key, and saves to the same row.</p>
      <p>
        If another request saved first, the package merges the changes of both and saves again. So no lamp is lost. See{" "}
        <code>app/api/lamps</code>.
      </p>
    </>
  );
}
