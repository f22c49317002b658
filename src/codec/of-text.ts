import { SerializationError } from "../errors.ts";
import { valuePath } from "../value-path.ts";
import type { Codec, CodecContext, SessionData } from "./codec.ts";
import { hasLoneSurrogate } from "./lone-surrogate.ts";

type EncodeText = (text: string, context: CodecContext) => string;

/** By `encode`, so that a codec that takes everything from another one but this is asked for its own. */
const encoders = new WeakMap<Codec["encode"], EncodeText>();

/**
 * The `encode` of a codec that begins with the text that the serializer makes of the data. It throws a SerializationError for a text that no
 * database would give back; `JSON` writes none such.
 */
export function ofText(encodeText: EncodeText): Codec["encode"] {
  const encode: Codec["encode"] = (data, context) => encodeText(serialized(data, context), context);
  encoders.set(encode, encodeText);
  return encode;
}

/** For where that text is known already; `undefined` for a codec that does not begin with it. */
export const textEncoderOf = ({ encode }: Codec): EncodeText | undefined => encoders.get(encode);

function serialized(data: SessionData, { serializer }: CodecContext): string {
  const text = serializer.stringify(data);
  if (serializer === JSON || !hasLoneSurrogate(text)) return text;
  const isIn = (key: string) => hasLoneSurrogate(serializer.stringify({ [key]: data[key] }));
  const path = valuePath(Object.keys(data).filter(isIn).slice(0, 1));
  throw new SerializationError(
    `The serializer wrote half of a surrogate pair at ${path}, which no database gives back. Store text that is whole, as ` +
      "`text.toWellFormed()` makes it, or give a `serializer` that escapes such halves, as JSON does.",
    path,
  );
}
