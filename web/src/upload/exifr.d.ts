// exifr types only its whole bundle; the lite one (JPEG and HEIC; TIFF, EXIF, GPS and XMP) is the same in less.
declare module 'exifr/dist/lite.esm.mjs' {
  export { default } from 'exifr';
}
