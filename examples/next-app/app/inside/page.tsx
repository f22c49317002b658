import type { Metadata } from "next";
import Link from "next/link";
import { Page } from "../../components/page.tsx";
import type { Session } from "../../generated/prisma/client.ts";
import { getSession } from "../../lib/session.ts";
import { findSessionRow } from "../../lib/session-row.ts";

export const metadata: Metadata = { title: "Your session" };

export default async function InsidePage() {
  const row = await findSessionRow();
  const session = await getSession();
  return (
    <Page at="/inside" whatHappens={<WhatHappens keyHash={session.keyHash} />}>
      <div className="column">
        <h1>Your session in the database</h1>
        {row ? (
          <>
            <Row row={row} />
            <section className="panel" aria-labelledby="means">
              <h2 id="means">What the shop reads from the row</h2>
              <dl className="entries">
                {session.entries().map(([key, value]) => (
                  <div key={key}>
                    <dt>{key}</dt>
                    <dd>
                      <code>{JSON.stringify(value)}</code>
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          </>
        ) : (
          <p className="empty">
            You have no session yet. <Link href="/">Put something into your cart</Link> and come back.
          </p>
        )}
      </div>
    </Page>
  );
}

function WhatHappens({ keyHash }: { keyHash: string | null }) {
  return (
    <>
      <p>Your browser keeps the key of the session in a cookie that no script can read.</p>
      <p>The table keeps only a hash of the key. So an attacker who steals the table cannot sign in.</p>
      <p>The package signs the data together with the key of the row, and refuses a row that was changed or copied.</p>
      {keyHash && (
        <p>
          In logs and events, this session is <code>{keyHash}</code>.
        </p>
      )}
    </>
  );
}

function Row({ row }: { row: Session }) {
  const columns: [name: string, value: string | number | null][] = [
    ["key", row.key],
    ["expire_date", row.expireDate.toISOString()],
    ["user_id", row.userId],
    ["user_agent", row.userAgent],
    ["signed_in_at", row.signedInAt?.toISOString() ?? null],
    ["data", row.data],
  ];
  return (
    <section className="panel" aria-labelledby="row">
      <h2 id="row">Your row</h2>
      <dl className="row">
        {columns.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === null ? <em>NULL</em> : <code>{value}</code>}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
