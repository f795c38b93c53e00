import { routeTests } from '../support/route-tests.ts';

const CONTROLLER = `import { Controller, Get, Version } from '@nestjs/common';
@Controller('orders')
export class Orders {
  @Get(':id') find() { return 1; }
}
@Controller('ops')
export class Ops {
  @Get('build') build() { return 1; }
}
`;
const main = (body: string): string =>
  `import { NestFactory } from '@nestjs/core';\nimport { VersioningType } from '@nestjs/common';\nasync function start() { const app = await NestFactory.create(M); ${body} await app.listen(1); }\nstart();`;

routeTests('nest', [
  [
    'a global prefix with an exclusion',
    {
      'src/a.ts': CONTROLLER,
      'src/main.ts': `const BUILD = '/ops/build';\n${main(`app.setGlobalPrefix('api', { exclude: [{ path: 'none' }, BUILD.slice(1)] });`)}`,
    },
    ['GET /api/orders/:id', 'GET /ops/build'],
  ],
  [
    'versions in the path',
    {
      'src/a.ts': `import { Controller, Get, Version, VERSION_NEUTRAL } from '@nestjs/common';
@Controller({ path: 'orders', version: ['1', '2'] })
export class Orders {
  @Get() list() { return 1; }
  @Version('3') @Get('new') fresh() { return 1; }
  @Version(VERSION_NEUTRAL) @Get('any') any() { return 1; }
}
@Controller(['a', 'b'])
export class Both { @Get('x') x() { return 1; } }`,
      'src/main.ts': main(
        `app.setGlobalPrefix('/api'); app.enableVersioning({ type: VersioningType.URI, defaultVersion: '9' });`,
      ),
    },
    [
      'GET /api/v1/orders, /api/v2/orders',
      'GET /api/v3/orders/new',
      'GET /api/orders/any',
      'GET /api/v9/a/x, /api/v9/b/x',
    ],
  ],
  [
    'paths of modules',
    {
      'src/orders.ts': CONTROLLER,
      'src/users.ts': CONTROLLER.replace("'orders'", "'users'").replace("'ops'", "'more'"),
      'src/modules.ts': `import { Module } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { Orders } from './orders';
import { Ops as More, Orders as Users } from './users';
@Module({ controllers: [Orders] }) export class OrdersModule {}
@Module({ controllers: [Users] }) export class UsersModule {}
@Module({ controllers: [More] }) export class MoreModule {}
const routes = [{ path: 'shop', module: OrdersModule, children: [{ path: '/people', module: UsersModule }, MoreModule] }];
@Module({ imports: [OrdersModule, RouterModule.register(routes)] }) export class AppModule {}`,
      'src/main.ts': main(`app.setGlobalPrefix('api');`),
    },
    ['GET /api/shop/orders/:id', 'GET /api/ops/build', 'GET /api/shop/people/users/:id', 'GET /api/shop/more/build'],
  ],
  [
    'a path of modules that cannot be read',
    {
      'src/orders.ts': CONTROLLER,
      'src/modules.ts': `import { RouterModule } from '@nestjs/core';\nimport { routes } from 'elsewhere';\nexport const imports = [RouterModule.register(routes)];`,
      'src/main.ts': main(`app.setGlobalPrefix('api');`),
    },
    ['GET /api/…/orders/:id', 'GET /api/…/ops/build'],
  ],
  [
    'a prefix that the environment sets, or a branch',
    { 'src/a.ts': CONTROLLER, 'src/main.ts': main(`if (process.env.PREFIX) app.setGlobalPrefix('api');`) },
    ['GET …/orders/:id', 'GET …/ops/build'],
  ],
  [
    'applications of one repository keep their own prefixes',
    {
      'apps/a/src/orders.ts': CONTROLLER,
      'apps/a/src/main.ts': main(`app.setGlobalPrefix('a');`),
      'apps/b/src/orders.ts': CONTROLLER,
      'apps/b/src/main.ts': main(''),
      'libs/orders.ts': CONTROLLER,
    },
    [
      'GET /a/orders/:id',
      'GET /a/ops/build',
      'GET /orders/:id',
      'GET /ops/build',
      'GET …/orders/:id',
      'GET …/ops/build',
    ],
  ],
  [
    'tsoa has its paths at the class',
    {
      'a.ts': `import { Controller, Get, Route } from 'tsoa';\n@Route('orders')\nexport class Orders extends Controller { @Get('{id}') find() { return 1; } }`,
    },
    ['GET /orders/{id}'],
  ],
]);
