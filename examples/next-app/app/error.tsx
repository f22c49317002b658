"use client";

export default function ErrorPage({ reset }: { reset: () => void }) {
  return (
    <main className="narrow">
      <h1>Something went wrong.</h1>
      <p role="alert">This was our fault. The shop may not have saved your last change.</p>
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
