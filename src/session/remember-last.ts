/** The same function, which reckons nothing anew for what it was asked last. */
export function rememberLast<Argument, Result>(reckon: (argument: Argument) => Result): (argument: Argument) => Result {
  let last: { readonly argument: Argument; readonly result: Result } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: reckon(argument) };
    return last.result;
  };
}
