import * as z from 'zod';

// zod compiles parsers with `new Function`, which the page's content security policy forbids. This must run before the
// contract's schemas are created: main.tsx imports it first.
z.config({ jitless: true });
