import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { SignalsController } from './signals.controller.js';

it('names every dependency, because the bundler emits no types of constructor parameters', () => {
  const named = (Reflect.getMetadata('self:paramtypes', SignalsController) ?? []) as { index: number }[];
  expect(named.map(({ index }) => index).sort()).toEqual([...Array(SignalsController.length).keys()]);
});
