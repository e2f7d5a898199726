import { nanoid } from 'nanoid';
import { z } from 'zod';

export const Question = z.object({
  text: z.string().min(1).max(200),
  choices: z.array(z.string().min(1)).min(2).max(10),
});
export type Question = z.infer<typeof Question>;

export interface Poll extends Question {
  id: string;
  votes: number[];
}

/** The polls that are open, in memory. */
export class Polls {
  private readonly polls = new Map<string, Poll>();

  open(question: Question): Poll {
    const poll = { id: nanoid(8), votes: question.choices.map(() => 0), ...question };
    this.polls.set(poll.id, poll);
    return poll;
  }

  find(id: string): Poll | undefined {
    return this.polls.get(id);
  }

  /** Counts a vote, if there is such a choice. */
  vote(id: string, choice: number): Poll | undefined {
    const poll = this.find(id);
    if (!poll || !(choice in poll.choices)) return undefined;
    poll.votes[choice]! += 1;
    return poll;
  }

  get size(): number {
    return this.polls.size;
  }
}

/** The choices with the most votes. */
export function winners(poll: Poll): string[] {
  const most = Math.max(...poll.votes);
  return poll.choices.filter((_, choice) => poll.votes[choice] === most);
}
