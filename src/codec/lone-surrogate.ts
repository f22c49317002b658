const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether half of a surrogate pair stands in a text by itself: bytes have no form for it, and it becomes U+FFFD there. */
export const hasLoneSurrogate = (text: string): boolean => LONE_SURROGATE.test(text);
