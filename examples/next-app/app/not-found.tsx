import Link from "next/link";

export default function NotFound() {
  return (
    <div className="narrow">
      <h1>There is nothing here.</h1>
      <p>
        <Link href="/">Back to the shop</Link>
      </p>
    </div>
  );
}
