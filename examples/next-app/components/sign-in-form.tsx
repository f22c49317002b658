"use client";

import { useActionState, useRef } from "react";
import { signIn } from "../app/actions.ts";
import { Message } from "./message.tsx";

interface Props {
  /** The path to go to after the sign-in. */
  readonly next: string;
  /** The email address of a user who has to enter the password again. */
  readonly email: string | undefined;
  readonly demo: { readonly email: string; readonly password: string };
}

export function SignInForm({ next, email: known, demo }: Props) {
  const [outcome, send, sending] = useActionState(signIn, null);
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const fillIn = () => {
    if (email.current) email.current.value = demo.email;
    if (password.current) password.current.value = demo.password;
  };

  return (
    <>
      <form className="panel fields" action={send}>
        <input type="hidden" name="next" value={next} />
        <label>
          Email address
          <input
            ref={email}
            name="email"
            type="email"
            autoComplete="username"
            required
            maxLength={200}
            defaultValue={outcome?.email ?? known}
          />
        </label>
        <label>
          Password
          <input
            ref={password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            maxLength={200}
          />
        </label>
        <Message outcome={outcome} />
        <button type="submit" className="button" aria-disabled={sending}>
          Sign in
        </button>
      </form>
      <section className="panel quiet" aria-labelledby="demo">
        <h2 id="demo">The demo account</h2>
        <p>
          <code>{demo.email}</code>
          <br />
          <code>{demo.password}</code>
        </p>
        <button type="button" className="button plain scripted" onClick={fillIn}>
          Fill it in
        </button>
      </section>
    </>
  );
}
