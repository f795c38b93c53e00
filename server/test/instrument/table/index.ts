import { asynchronous } from './asynchronous.ts';
import type { Case } from './case.ts';
import { controlFlow } from './control-flow.ts';
import { handlers } from './handlers.ts';
import { members } from './members.ts';
import { modules } from './modules.ts';

/** All functions of the table. */
export const table: readonly Case[] = [...controlFlow, ...asynchronous, ...members, ...handlers, ...modules];
