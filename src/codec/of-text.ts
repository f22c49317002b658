import type { Codec, CodecContext } from "./codec.ts";

type EncodeText = (text: string, context: CodecContext) => string;

/** By `encode`, so that a codec that takes everything from another one but this is asked for its own. */
const encoders = new WeakMap<Codec["encode"], EncodeText>();

/** The `encode` of a codec that begins with the text that the serializer makes of the data. */
export function ofText(encodeText: EncodeText): Codec["encode"] {
  const encode: Codec["encode"] = (data, context) => encodeText(context.serializer.stringify(data), context);
  encoders.set(encode, encodeText);
  return encode;
}

/** For where that text is known already; `undefined` for a codec that does not begin with it. */
export const textEncoderOf = ({ encode }: Codec): EncodeText | undefined => encoders.get(encode);
