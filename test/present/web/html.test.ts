import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html } from '../../../src/present/web/html.ts';

describe('html', () => {
  test('escapes text and attributes', () => {
    const name = `<script>alert("1 & '2'")</script>\``;
    expect(html`<p title="${name}">${name}</p>`.html).toBe(
      '<p title="&lt;script&gt;alert(&quot;1 &amp; &#39;2&#39;&quot;)&lt;/script&gt;&#96;">' +
        '&lt;script&gt;alert(&quot;1 &amp; &#39;2&#39;&quot;)&lt;/script&gt;&#96;</p>',
    );
  });

  test('leaves HTML of its own alone, joins lists, and writes nothing for nothing', () => {
    expect(html`<ul>${['a<', 2].map((item) => html`<li>${item}</li>`)}${undefined}${[]}</ul>`.html).toBe(
      '<ul><li>a&lt;</li><li>2</li></ul>',
    );
  });

  test('shows what turns text around or ends a line as a sign', () => {
    expect(html`${'a\u202eb\nc\0d\u2028e\ud800'}`.html).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\ufffd');
  });

  test('lets no value open a tag, end an attribute or break UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const rendered = html`${text}`.html;
        expect(rendered).not.toMatch(/[<>"'`\p{Cc}]/u);
        expect(rendered.replace(/&(?:amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&');
        expect(Buffer.from(rendered).toString()).toBe(rendered);
      }),
    );
  });
});
