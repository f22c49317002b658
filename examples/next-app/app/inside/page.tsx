import type { Metadata } from "next";
import { Page } from "../../components/page.tsx";
import type { Session } from "../../generated/prisma/client.ts";
import { getSession } from "../../lib/session.ts";
import { findSessionRow } from "../../lib/session-row.ts";

export const metadata: Metadata = { title: "Inside" };

export default async function InsidePage() {
  const row = await findSessionRow();
  const session = await getSession();
  return (
    <Page at="/inside">
      <h1>What the database knows</h1>
      <div className="pair">
        <section className="panel">
          <h2>Your browser</h2>
          {row ? (
            <>
              <p>
                has a cookie with the key of your session: 32 random characters that no script can read. The shop keeps
                no copy.
              </p>
              <p>
                Logs call this session <code>{session.keyHash}</code>, a short hash of what the key column holds.
              </p>
            </>
          ) : (
            <p>has no session with this shop.</p>
          )}
        </section>
        <section className="panel">
          <h2>The table</h2>
          {row ? (
            <p>
              has one row for it, under a hash. Whoever steals the table gets no key out of it. The data can be read
              there, but not changed: they are signed, together with the key of their row.
            </p>
          ) : (
            <p>has no row for you. Put something into the cart and come back.</p>
          )}
        </section>
      </div>
      {row && <Row row={row} />}
      {row && (
        <section className="panel" aria-labelledby="means">
          <h2 id="means">What the shop reads in it</h2>
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
      )}
    </Page>
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
      <h2 id="row">The row, as it is</h2>
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
