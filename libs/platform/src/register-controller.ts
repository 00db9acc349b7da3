import { PARAMTYPES_METADATA } from '@nestjs/common/constants';
import type { Type } from '@nestjs/common';

/**
 * The class that Nest registers for an existing controller. Nest can only register classes and construct them itself,
 * taking what they need from its container at run time. This one takes nothing, and constructing it returns
 * `controller`: what a controller needs is passed to its constructor, so that a missing object does not compile.
 */
export function registerController(controller: object): Type {
  const type = controller.constructor as Type;
  const registered = function () {
    return controller;
  };
  // Routes are metadata of the class and its methods, which Nest looks up along the prototype chains.
  Object.setPrototypeOf(registered, type);
  Object.defineProperty(registered, 'name', { value: type.name });
  Reflect.defineMetadata(PARAMTYPES_METADATA, [], registered);
  return registered as unknown as Type;
}
