import 'reflect-metadata'
import { Controller, Get, Module, Query } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

/** What TypeScript emits for the decorators of a method and its parameter. */
function decorate(type, name, route) {
  Get(route)(type.prototype, name, Object.getOwnPropertyDescriptor(type.prototype, name))
  Query()(type.prototype, name, 0)
}

/** An app for either adapter. */
export async function createNestApp(adapter, callOn) {
  class Users {
    answer(query) {
      return callOn(query)
    }
    fail() {
      throw new Error('broken on purpose')
    }
  }
  decorate(Users, 'answer', 'users/:id')
  decorate(Users, 'fail', 'broken/:id')
  Controller()(Users)

  class Orders {
    answer(query) {
      return callOn(query)
    }
  }
  decorate(Orders, 'answer', 'orders/:order')
  Controller('shops/:shop')(Orders)

  function App() {}
  Module({ controllers: [Users, Orders] })(App)
  return NestFactory.create(App, adapter, { logger: false })
}
