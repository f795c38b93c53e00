import type { Library, Member, Shape } from '../types.ts';

const output: Member = { value: 'model.output' };
const count: Member = { value: 'size' };
const kind: Member = { value: 'type.name' };

const result: Shape = {
  members: {
    text: output,
    output: output,
    object: output,
    content: output,
    reasoning: output,
    reasoningText: output,
    toolCalls: output,
    toolResults: output,
    steps: output,
    files: output,
    sources: output,
    usage: count,
    totalUsage: count,
    finishReason: kind,
    warnings: {},
    response: {},
    request: {},
    providerMetadata: {},
  },
};
const generate: Member = { call: { returns: 'ai.Result' } };

/** Clients of language models: what they answer is content of a conversation. */
export const models: readonly Library[] = [
  {
    name: 'ai',
    source: 'AI SDK reference: generateText, streamText, generateObject, streamObject',
    modules: ['ai'],
    exports: { generateText: generate, streamText: generate, generateObject: generate, streamObject: generate },
    shapes: { 'ai.Result': result },
  },
  {
    name: 'openai',
    source: 'OpenAI API reference: chat completions, responses',
    modules: ['openai'],
    exports: {
      default: { construct: { returns: 'openai.Client' } },
      OpenAI: { construct: { returns: 'openai.Client' } },
      AzureOpenAI: { construct: { returns: 'openai.Client' } },
    },
    types: { OpenAI: 'openai.Client' },
    shapes: {
      'openai.Client': { members: { chat: { shape: 'openai.Chat' }, responses: { shape: 'openai.Responses' } } },
      'openai.Chat': { members: { completions: { shape: 'openai.Completions' } } },
      'openai.Completions': {
        members: {
          create: { call: { returns: 'openai.Completion' } },
          parse: { call: { returns: 'openai.Completion' } },
        },
      },
      'openai.Responses': {
        members: { create: { call: { returns: 'openai.Response' } }, parse: { call: { returns: 'openai.Response' } } },
      },
      'openai.Completion': { members: { choices: output, usage: count, model: kind, id: { value: 'uuid' } } },
      'openai.Response': {
        members: {
          output: output,
          output_text: output,
          output_parsed: output,
          usage: count,
          model: kind,
          status: kind,
          id: { value: 'uuid' },
        },
      },
    },
  },
  {
    name: 'anthropic',
    source: 'Anthropic API reference: messages',
    modules: ['@anthropic-ai/sdk'],
    exports: {
      default: { construct: { returns: 'anthropic.Client' } },
      Anthropic: { construct: { returns: 'anthropic.Client' } },
    },
    types: { Anthropic: 'anthropic.Client' },
    shapes: {
      'anthropic.Client': { members: { messages: { shape: 'anthropic.Messages' } } },
      'anthropic.Messages': { members: { create: { call: { returns: 'anthropic.Message' } } } },
      'anthropic.Message': {
        members: { content: output, usage: count, model: kind, stop_reason: kind, role: kind, id: { value: 'uuid' } },
      },
    },
  },
];
