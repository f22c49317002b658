"use client";

export default function ErrorPage({ reset }: { reset: () => void }) {
  return (
    <main className="narrow">
      <h1>Something went wrong.</h1>
      <p role="alert">That was our fault. What you did last may not have been saved.</p>
      <p className="buttons">
        <button type="button" className="button" onClick={reset}>
          Try again
        </button>
        <a className="button plain" href="/">
          To the shop
        </a>
      </p>
    </main>
  );
}
