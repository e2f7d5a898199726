import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import sensible from '@fastify/sensible';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { Polls, Question, winners } from './polls.js';

export async function build(): Promise<FastifyInstance> {
  const app = Fastify();
  const polls = new Polls();

  await app.register(helmet, { contentSecurityPolicy: false });
  await app.register(cors);
  await app.register(rateLimit, { max: 100 });
  await app.register(sensible);
  await app.register(swagger, { openapi: { info: { title: 'polls', version: '1.0.0' } } });
  await app.register(swaggerUi, { routePrefix: '/docs' });

  app.get('/health', async () => ({ ok: true, polls: polls.size }));

  app.post('/polls', async (request, reply) => {
    const question = Question.safeParse(request.body);
    if (!question.success) return reply.badRequest(question.error.issues[0]?.message);
    return reply.code(201).send(polls.open(question.data));
  });

  app.get<{ Params: { id: string } }>('/polls/:id', async (request, reply) => {
    const poll = polls.find(request.params.id);
    return poll ? { ...poll, winners: winners(poll) } : reply.notFound();
  });

  app.post<{ Params: { id: string; choice: string } }>('/polls/:id/:choice', async (request, reply) => {
    return polls.vote(request.params.id, Number(request.params.choice)) ?? reply.notFound();
  });

  return app;
}
