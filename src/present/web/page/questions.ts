import type { Answer } from '../../../model/answer.ts';
import type { Instant } from '../../../model/time.ts';
import { ASKED } from '../../words/questions.ts';
import { type Html, html } from '../html.ts';
import { verdict } from './format.ts';
import { timeOf } from './incidents.ts';

/** A reader needs the latest of what was seen; the report in Markdown has all. */
const MAX_FACTS = 8;

/** What an investigation asks, answered; nothing where no answers are kept. */
export function questionsSection(answers: readonly Answer[], near: Instant): Html | undefined {
  if (answers.length === 0) return undefined;
  return html`<section aria-labelledby="questions">
<h2 id="questions">Questions of the investigation</h2>
<div class="card">${answers.map((answer) => questionOf(answer, near))}</div>
</section>`;
}

function questionOf({ question, answer, facts }: Answer, near: Instant): Html {
  const items = facts
    .slice(-MAX_FACTS)
    .map(({ at, text }) =>
      at === undefined
        ? html`<li class="untimed">${text}</li>`
        : html`<li>${timeOf(at, near)} <span>${text}</span></li>`,
    );
  const word = verdict({ level: answer === 'unknown' ? 'unsure' : 'quiet', word: answer });
  return html`<h3>${ASKED[question]} ${word}</h3>
${items.length === 0 ? undefined : html`<ul class="evidence">${items}</ul>`}`;
}
