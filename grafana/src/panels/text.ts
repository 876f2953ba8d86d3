import * as text from '@grafana/grafana-foundation-sdk/text';
import { FULL_WIDTH } from '../layout.ts';

/** A panel of words, in Markdown. */
export function textPanel(options: {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly width?: number;
  readonly height: number;
  readonly markdown: string;
}): text.PanelBuilder {
  return new text.PanelBuilder()
    .id(options.id)
    .title(options.title)
    .description(options.description)
    .span(options.width ?? FULL_WIDTH)
    .height(options.height)
    .mode(text.TextMode.Markdown)
    .content(options.markdown);
}
