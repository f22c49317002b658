import type { ReactNode } from "react";

/** The picture of a product. Screen readers skip it, because the name beside it says the same. */
export function Drawing({ of: slug }: { of: string }) {
  return (
    <div className={`drawing drawing-${slug}`}>
      <svg viewBox="0 0 200 150" aria-hidden="true">
        <ellipse cx="100" cy="130" rx="62" ry="6" className="shade" />
        {shapes[slug]}
      </svg>
    </div>
  );
}

const shapes: Record<string, ReactNode> = {
  mug: (
    <>
      <path d="M84 42c-6-7 6-11 0-19M102 42c-6-7 6-11 0-19" fill="none" stroke="#fff" strokeWidth="4" opacity=".6" />
      <path d="M132 68h6a15 15 0 0 1 0 32h-9" fill="none" stroke="#2f6560" strokeWidth="9" />
      <path d="M60 54h73l-4 62a14 14 0 0 1-14 13H78a14 14 0 0 1-14-13z" fill="#3f7d78" />
      <path d="M60 54h73l-1.500 22c-8 7-13-3-21 3s-13 9-20 1-15 7-29-2z" fill="#f4e9d8" />
    </>
  ),
  notebook: (
    <g transform="rotate(-8 100 78)">
      <path d="M66 28h72a6 6 0 0 1 6 6v88a6 6 0 0 1-6 6H66z" fill="#f7efe2" />
      <path d="M60 24h72a7 7 0 0 1 7 7v88a7 7 0 0 1-7 7H60a4 4 0 0 1-4-4V28a4 4 0 0 1 4-4z" fill="#b4532a" />
      <path d="M56 28a4 4 0 0 1 4-4h9v102h-9a4 4 0 0 1-4-4z" fill="#8f3f1e" />
      <path d="M120 24h7v102h-7z" fill="#2d2a26" />
      <rect x="80" y="46" width="30" height="20" rx="2" fill="#f7efe2" />
    </g>
  ),
  lamp: (
    <>
      <path d="M66 76h68l22 54H44z" className="glow" />
      <path d="M97 76h6v46h-6z" fill="#b8892f" />
      <path d="M72 124a28 8 0 0 1 56 0v6H72z" fill="#c99a3b" />
      <path d="M82 24h36l20 54H62z" fill="#f4e2c0" />
      <path d="M62 78h76l-2.600-7H64.600z" fill="#d9b26a" />
      <path d="M116 78v16" stroke="#8a6620" strokeWidth="2" />
      <circle cx="116" cy="96" r="3" fill="#8a6620" />
    </>
  ),
  pencils: (
    <>
      {[
        ["#c8643c", -16, 66],
        ["#3f7d78", 0, 100],
        ["#d5a23f", 16, 134],
      ].map(([colour, angle, x]) => (
        <g key={x} transform={`rotate(${angle} 100 190) translate(${(Number(x) - 100) / 3} 0)`}>
          <path d="M91 46h18v76a4 4 0 0 1-4 4H95a4 4 0 0 1-4-4z" fill={String(colour)} />
          <path d="M97 46h6v80h-6z" fill="#000" opacity=".12" />
          <path d="M91 46l9-26 9 26z" fill="#f0d9b0" />
          <path d="M97 29l3-9 3 9z" fill="#2d2a26" />
        </g>
      ))}
    </>
  ),
  plant: (
    <>
      <path d="M100 92C98 66 92 44 70 30c-4 24 6 48 30 62z" fill="#5b8a4c" />
      <path d="M100 92c0-30 8-52 32-64 4 28-6 52-32 64z" fill="#487a3f" />
      <path d="M100 92c-8-20-24-32-48-32 4 20 22 34 48 32z" fill="#6e9d5a" />
      <path d="M100 92c8-18 24-28 46-26-6 20-22 30-46 26z" fill="#7fae66" />
      <path d="M100 94c-3-28-2-52 2-76 8 26 8 50-2 76z" fill="#568748" />
      <path d="M70 88h60l-7 40a4 4 0 0 1-4 3H81a4 4 0 0 1-4-3z" fill="#c8643c" />
      <path d="M66 84h68v11H66z" fill="#a94d28" />
    </>
  ),
  tote: (
    <>
      <path d="M80 66V46a20 20 0 0 1 40 0v20" fill="none" stroke="#c5b08a" strokeWidth="6" />
      <path d="M58 56h84l6 70a5 5 0 0 1-5 5H57a5 5 0 0 1-5-5z" fill="#efe3cb" />
      <path d="M58 56h84l1 10H57z" fill="#dccaa4" />
      <circle cx="100" cy="98" r="18" fill="#b4532a" />
      <circle cx="107" cy="93" r="13" fill="#efe3cb" />
    </>
  ),
};
