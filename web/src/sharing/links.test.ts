import { expect, test } from 'vitest';
import { addressOf, embedPathOf, frameCode } from './links';

const HERE = 'https://spaceport.example/view/7?x=1#view=1,2';

test('an address is on our own origin and carries the view', () => {
  expect(addressOf('/s/abc', 'view=1,2,3', HERE)).toBe('https://spaceport.example/s/abc#view=1,2,3');
  expect(addressOf(embedPathOf('/s/abc'), null, HERE)).toBe('https://spaceport.example/embed/s/abc');
});

test('no title breaks out of the code', () => {
  const code = frameCode('https://spaceport.example/embed/s/abc', '"><script>alert(1)</script>');
  expect(code.match(/[<>]/g)?.join('')).toBe('<><>'); // the frame's own two tags
  expect(code).toContain('title="&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;"');
});
