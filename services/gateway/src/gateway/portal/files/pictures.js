// Taking off a photograph what it tells beside its picture: place, time, camera, owner, thumbnail,
// comments, colour profile, and whatever stands after its end (a film, a second picture).
//
// The picture itself is not drawn anew: nothing of it is lost, and browsers that give out no drawn
// picture (Tor's) do it too. Which side is up stays known. Only JPEG and PNG are read; of anything
// else nothing is taken off. What can be seen in a picture, and the noise of its sensor, remain.
// qadaga_client/pictures.py is the same in Python.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const OF_THE_PICTURE = new Set(["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "bKGD", "acTL", "fcTL", "fdAT"]);
const [END, SCAN, COMMENT, JFIF, EXIF, ADOBE] = [0xd9, 0xda, 0xfe, 0xe0, 0xe1, 0xee];

/** Whether something is taken off a file of this kind. @param {Bytes} file @returns {boolean} */
export function isPicture(file) {
  return isJpeg(file) || begins(file, 0, PNG);
}

/** The picture alone, or null: not of a kind that is read. Throws for one that cannot be read.
 * @param {Bytes} file @returns {Bytes | null} */
export function stripped(file) {
  if (isJpeg(file)) return joined(jpeg(file));
  if (begins(file, 0, PNG)) return joined(png(file));
  return null;
}

/** @param {Bytes} file */
function isJpeg(file) {
  return begins(file, 0, [0xff, 0xd8, 0xff]);
}

/** @param {Bytes} file @returns {Bytes[]} */
function jpeg(file) {
  const parts = [file.slice(0, 2)];
  let place = 2;
  for (;;) {
    while (file[place] === 0xff && file[place + 1] === 0xff) place++;
    const marker = at(file, place + 1);
    if (file[place] !== 0xff) throw broken();
    if (marker === END) return [...parts, file.slice(place, place + 2)];
    const end = place + 2 + at(file, place + 2) * 256 + at(file, place + 3);
    if (end > file.length || end < place + 4) throw broken();
    parts.push(...segment(marker, file.slice(place, end)));
    place = end;
    if (marker === SCAN) {
      place = afterScan(file, end);
      parts.push(file.slice(end, place));
    }
  }
}

/** @param {number} marker @param {Bytes} whole @returns {Bytes[]} */
function segment(marker, whole) {
  if (marker === JFIF && begins(whole, 4, ascii("JFIF\0")) && whole.length >= 18) {
    return [Uint8Array.from([0xff, JFIF, 0, 16, ...whole.slice(4, 16), 0, 0])]; // without a thumbnail
  }
  if (marker === EXIF && begins(whole, 4, ascii("Exif\0\0"))) return upright(whole.slice(10));
  if (marker === ADOBE && begins(whole, 4, ascii("Adobe"))) return [whole];
  return marker === COMMENT || (marker >= JFIF && marker <= 0xef) ? [] : [whole];
}

/** Of Exif only which side is up. @param {Bytes} tiff @returns {Bytes[]} */
function upright(tiff) {
  const little = begins(tiff, 0, ascii("II"));
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const first = view.getUint32(4, little);
    for (let entry = first + 2, left = view.getUint16(first, little); left > 0; entry += 12, left--) {
      if (view.getUint16(entry, little) !== 0x0112) continue;
      const side = view.getUint16(entry + 8, little);
      if (side < 2 || side > 8) return [];
      const said = [...ascii("Exif\0\0MM\0*"), 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, side, 0, 0, 0, 0, 0, 0];
      return [Uint8Array.from([0xff, EXIF, 0, said.length + 2, ...said])];
    }
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
  }
  return [];
}

/** Where the next marker stands after the lines of a picture. @param {Bytes} file @param {number} place */
function afterScan(file, place) {
  for (; place + 1 < file.length; place++) {
    const next = at(file, place + 1);
    if (file[place] === 0xff && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return place;
  }
  throw broken();
}

/** @param {Bytes} file @returns {Bytes[]} */
function png(file) {
  const parts = [file.slice(0, 8)];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let place = 8; place + 12 <= file.length; ) {
    const end = place + 12 + view.getUint32(place);
    const kind = String.fromCharCode(...file.slice(place + 4, place + 8));
    if (end > file.length) throw broken();
    if (OF_THE_PICTURE.has(kind)) parts.push(file.slice(place, end));
    if (kind === "IEND") return parts;
    place = end;
  }
  throw broken();
}

/** @param {Bytes} file @param {number} place */
function at(file, place) {
  const found = file[place];
  if (found === undefined) throw broken();
  return found;
}

/** @param {Bytes} file @param {number} place @param {number[]} what */
function begins(file, place, what) {
  return what.every((byte, index) => file[place + index] === byte);
}

/** @param {string} text */
function ascii(text) {
  return [...text].map((sign) => sign.charCodeAt(0));
}

/** @param {Bytes[]} parts @returns {Bytes} */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

function broken() {
  return new TypeError("it looks like a picture and cannot be read as one");
}
