import type { Metadata } from "next";
import { redirect } from "next/navigation";
import type { ListedSession } from "prisma-db-session";
import { Page } from "../../../components/page.tsx";
import { Time } from "../../../components/time.tsx";
import type { prisma } from "../../../lib/prisma.ts";
import { getSession, list } from "../../../lib/session.ts";
import { type DeviceKind, describeUserAgent } from "../../../lib/user-agent.ts";
import { currentUser } from "../../../lib/users.ts";
import { signOutDevice, signOutOthers } from "../../actions.ts";

export const metadata: Metadata = { title: "Your devices" };

export default async function DevicesPage() {
  const user = await currentUser();
  if (!user) redirect("/sign-in?next=/account/devices");
  const { keyHash } = await getSession();
  const devices = await list({ userId: user.id });
  const isThis = (device: { keyHash: string }) => device.keyHash === keyHash;
  // This device comes first.
  const sorted = [...devices.filter(isThis), ...devices.filter((device) => !isThis(device))];
  return (
    <Page at="/account" whatHappens={<WhatHappens />}>
      <div className="column">
        <h1>Your devices</h1>
        <p className="lead">You are signed in on these devices.</p>
        <ul className="devices">
          {sorted.map((device) => (
            <Device key={device.keyHash} device={device} isThis={isThis(device)} />
          ))}
        </ul>
        {devices.length > 1 ? (
          <form action={signOutOthers}>
            <button type="submit" className="button">
              Sign out everywhere else
            </button>
          </form>
        ) : (
          <p className="empty">You are signed in nowhere else.</p>
        )}
      </div>
    </Page>
  );
}

function WhatHappens() {
  return (
    <>
      <p>
        Each device is one row of the table. <code>list()</code> finds your rows by their owner column, and{" "}
        <code>revoke()</code> deletes them.
      </p>
      <p>15 minutes after you signed in, the shop first asks for the password again.</p>
    </>
  );
}

function Device({ device, isThis }: { device: ListedSession<typeof prisma.session>; isThis: boolean }) {
  const { keyHash, userAgent, signedInAt, expireDate } = device;
  const { name, kind } = describeUserAgent(userAgent);
  const id = `device-${keyHash}`;
  return (
    <li className="device">
      <DeviceIcon kind={kind} />
      <div className="device-text">
        <h2 id={id}>
          {name} {isThis && <span className="tag">This device</span>}
        </h2>
        <dl>
          {signedInAt && (
            <div>
              <dt>Signed in</dt>
              <dd>
                <Time at={signedInAt} />
              </dd>
            </div>
          )}
          <div>
            <dt>Expires</dt>
            <dd>
              <Time at={expireDate} />
            </dd>
          </div>
        </dl>
      </div>
      <form action={signOutDevice}>
        <input type="hidden" name="device" value={keyHash} />
        <button type="submit" className="button plain" aria-describedby={id}>
          Sign out
        </button>
      </form>
    </li>
  );
}

const ICONS: Record<DeviceKind, string> = {
  phone:
    "M8 2.500h8a1.500 1.500 0 0 1 1.500 1.500v16a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 20V4A1.500 1.500 0 0 1 8 2.500zM10.500 18.500h3",
  tablet:
    "M5 2.500h14a1.500 1.500 0 0 1 1.500 1.500v16a1.500 1.500 0 0 1-1.500 1.500H5A1.500 1.500 0 0 1 3.500 20V4A1.500 1.500 0 0 1 5 2.500zM10.500 18.500h3",
  computer:
    "M5 4.500h14a1.500 1.500 0 0 1 1.500 1.500v9.500h-17V6A1.500 1.500 0 0 1 5 4.500zM2 19h20M3.500 15.500 2 19M20.500 15.500 22 19",
};

function DeviceIcon({ kind }: { kind: DeviceKind }) {
  return (
    <svg className="device-icon" data-kind={kind} viewBox="0 0 24 24" width="32" height="32" aria-hidden="true">
      <path d={ICONS[kind]} />
    </svg>
  );
}
