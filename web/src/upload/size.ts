const START = 0xffd8;

/** How large a JPEG is, by its frame header (ITU T.81, B.2.2); null where there is none in the bytes. */
export function jpegSize(head: DataView): { widthPx: number; heightPx: number } | null {
  if (head.byteLength < 4 || head.getUint16(0) !== START) return null;
  for (let at = 2; at + 9 <= head.byteLength; ) {
    if (head.getUint8(at) !== 0xff) return null;
    const marker = head.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { heightPx: head.getUint16(at + 5), widthPx: head.getUint16(at + 7) };
    at += 2 + head.getUint16(at + 2);
  }
  return null;
}
