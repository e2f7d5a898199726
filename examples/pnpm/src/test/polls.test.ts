import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from '../app.js';
import { Polls, winners } from '../polls.js';

test('votes are counted', () => {
  const polls = new Polls();
  const { id } = polls.open({ text: 'Lunch?', choices: ['soup', 'rice'] });
  polls.vote(id, 1);
  assert.deepEqual(winners(polls.find(id)!), ['rice']);
  assert.equal(polls.vote(id, 2), undefined);
});

test('a poll needs two choices', async () => {
  const app = await build();
  const answer = await app.inject({
    method: 'POST',
    url: '/polls',
    payload: { text: 'Lunch?', choices: ['soup'] },
  });
  assert.equal(answer.statusCode, 400);
});
