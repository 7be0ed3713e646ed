// Makes raster.bin and column.bin anew: the bytes that an independent producer
// of ESC/POS (@point-of-sale/receipt-printer-encoder, MIT) makes of a known
// picture, as a raster and in strips of columns.
//
//   npm install --no-save @point-of-sale/receipt-printer-encoder@4.0.1
//   node make.mjs
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';
import { writeFileSync } from 'node:fs';

const width = 320, height = 200;

// The same picture is drawn by the test: black where the formula is even.
const black = (x, y) => ((x * x + 3 * y * y) >> 8) % 2 === 0;

function picture() {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x), grey = black(x, y) ? 0 : 255;
      data.set([grey, grey, grey, 255], at);
    }
  }
  return { data, width, height };
}

for (const imageMode of ['raster', 'column']) {
  const encoder = new ReceiptPrinterEncoder({ language: 'esc-pos', imageMode, feedBeforeCut: 0, newline: '\n', width: 48 });
  const bytes = encoder.initialize().image(picture(), width, height, 'threshold').cut('full').encode();
  writeFileSync(`${imageMode}.bin`, bytes);
}
