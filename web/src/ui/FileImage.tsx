import type { ImgHTMLAttributes } from 'react';
import { useFileUrl } from '../api/files';

/** A picture among a job's files; `version` tells one from the picture that had its name before. */
export function FileImage({ path, version, alt, ...rest }: { path: string; version?: number; alt: string } & ImgHTMLAttributes<HTMLImageElement>) {
  const url = useFileUrl(path, version);
  return url ? <img src={url} alt={alt} {...rest} /> : <span {...(rest.className && { className: rest.className })} />;
}
