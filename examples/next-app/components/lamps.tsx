"use client";

import { useState } from "react";
import { lamps } from "../lib/lamps.ts";

type Lamp = "out" | "sent" | "lit";

/** The result of the last round. */
interface Round {
  readonly arrived: number;
  readonly merged: number;
}

export function Lamps({ initiallyLit }: { initiallyLit: readonly number[] }) {
  const [sent, setSent] = useState<readonly number[]>([]);
  const [lit, setLit] = useState(initiallyLit);
  const [round, setRound] = useState<Round | "running" | "failed">();

  async function send() {
    if (round === "running") return;
    setRound("running");
    setLit([]);
    setSent([]);
    try {
      await request("DELETE", "/api/lamps");
      setSent(lamps);
      const sending = lamps.map((lamp) => request("PUT", `/api/lamps/${lamp}`));
      // No request of this round may be in flight when the next one starts.
      await Promise.allSettled(sending);
      const responses = await Promise.all(sending);
      // The row counts, not the requests that were sent.
      const { lit } = await (await request("GET", "/api/lamps")).json();
      const merged = responses.filter(({ headers }) => headers.get("Merged") === "1").length;
      setLit(lit);
      setRound({ arrived: lit.length, merged });
    } catch {
      setRound("failed");
    }
    setSent([]);
  }

  const stateOf = (lamp: number): Lamp => (lit.includes(lamp) ? "lit" : sent.includes(lamp) ? "sent" : "out");
  return (
    <>
      <ol className="lamps">
        {lamps.map((lamp) => (
          <li className="lamp" key={lamp} data-state={stateOf(lamp)}>
            <LampIcon />
            <span aria-hidden="true">{lamp}</span>
            <span className="unseen">
              Lamp {lamp}: {stateOf(lamp)}
            </span>
          </li>
        ))}
      </ol>
      <button type="button" className="button scripted" onClick={send} aria-disabled={round === "running"}>
        Light all twenty
      </button>
      <p className={round === "failed" ? "message problem" : "message"} role={round === "failed" ? "alert" : "status"}>
        {say(round, lit.length)}
      </p>
    </>
  );
}

function say(round: Round | "running" | "failed" | undefined, lit: number): string {
  if (round === undefined) return lit > 0 ? `${lit} of ${lamps.length} are lit in your session.` : "";
  if (round === "running") return "Sending …";
  if (round === "failed") return "Your session has ended, or the shop does not answer. Try again.";
  const { arrived, merged } = round;
  return (
    `${arrived} of ${lamps.length} arrived. ` +
    `${merged} of the saves met a concurrent save, and kept the changes of both.`
  );
}

/** @throws if the answer is not a success, for example if it redirects to the sign-in page */
async function request(method: string, path: string): Promise<Response> {
  const response = await fetch(path, { method, redirect: "manual" });
  if (!response.ok) throw new Error(`${response.status} for ${path}`);
  return response;
}

function LampIcon() {
  return (
    <svg viewBox="0 0 24 24" width="36" height="36" aria-hidden="true">
      <path className="lamp-glow" d="M4 14h16l2.500 8h-21z" />
      <path className="lamp-shade" d="M8.500 3h7L20 14H4z" />
      <path className="lamp-foot" d="M12 14v6M8.500 21h7" />
    </svg>
  );
}
