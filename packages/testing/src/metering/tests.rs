//! A small contract whose storage operations are known, metered.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    to_json_binary, Addr, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Order, Reply, Response,
    StdError, StdResult, SubMsg, WasmMsg,
};
use cw_multi_test::{App, ContractWrapper, Executor};

use super::{Counts, Meter, Metered, Written};

#[cw_serde]
enum Msg {
    /// Writes so many records of 1 + 3 bytes, deletes the first, and fails if told to.
    Write { records: u8, fails: bool },
    /// Reads one record that exists and one that does not.
    Read {},
    /// Has itself write two records and fail, and swallows the failure.
    Nest {},
}

fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn execute(deps: DepsMut, env: Env, _: MessageInfo, msg: Msg) -> StdResult<Response> {
    match msg {
        Msg::Write { records, fails } => {
            (0..records).for_each(|key| deps.storage.set(&[key], b"abc"));
            deps.storage.remove(&[0]);
            if fails {
                return Err(StdError::generic_err("as told"));
            }
        }
        Msg::Read {} => {
            deps.storage.get(&[1]);
            deps.storage.get(b"none");
        }
        Msg::Nest {} => {
            let inner = WasmMsg::Execute {
                contract_addr: env.contract.address.to_string(),
                msg: to_json_binary(&Msg::Write {
                    records: 2,
                    fails: true,
                })?,
                funds: vec![],
            };
            deps.storage.set(b"nest", b"n");
            return Ok(Response::new().add_submessage(SubMsg::reply_on_error(inner, 7)));
        }
    }
    Ok(Response::new())
}

/// Walks all records.
fn query(deps: Deps, _: Env, _: Msg) -> StdResult<Binary> {
    to_json_binary(&deps.storage.range(None, None, Order::Ascending).count())
}

fn reply(deps: DepsMut, _: Env, _: Reply) -> StdResult<Response> {
    deps.storage.set(b"reply", b"r");
    Ok(Response::new())
}

struct World {
    app: App,
    meter: Meter,
    contract: Addr,
    user: Addr,
}

impl World {
    fn new() -> Self {
        let (mut app, meter) = (App::default(), Meter::new());
        let code = ContractWrapper::new(execute, instantiate, query).with_reply(reply);
        let code = app.store_code(Metered::boxed("small", Box::new(code), &meter));
        let user = app.api().addr_make("user");
        let contract = app
            .instantiate_contract(code, user.clone(), &Empty {}, &[], "small", None)
            .unwrap();
        Self {
            app,
            meter,
            contract,
            user,
        }
    }

    fn send(&mut self, msg: &Msg) -> bool {
        self.app
            .execute_contract(self.user.clone(), self.contract.clone(), msg, &[])
            .is_ok()
    }

    fn keys(&self) -> Vec<Vec<u8>> {
        let mut written = self.meter.take_written();
        assert!(written.iter().all(|one| one.contract == self.contract));
        written.drain(..).map(|Written { key, .. }| key).collect()
    }
}

#[test]
fn every_operation_is_counted_under_its_message() {
    let mut world = World::new();
    world.meter.set_counting(true);
    assert!(world.send(&Msg::Write {
        records: 4,
        fails: false
    }));
    assert!(world.send(&Msg::Write {
        records: 2,
        fails: false
    }));
    assert!(world.send(&Msg::Read {}));
    let found: usize = world
        .app
        .wrap()
        .query_wasm_smart(&world.contract, &Msg::Read {})
        .unwrap();
    assert_eq!(found, 3);

    let report = world.meter.report();
    let write = report.row("small", "write").unwrap();
    assert_eq!((write.calls, write.failed), (2, 0));
    let expected = Counts {
        writes: 6,
        write_bytes: 24,
        deletes: 2,
        ..Counts::default()
    };
    assert_eq!(write.total, expected);
    assert_eq!((write.most.writes, write.most.write_bytes), (4, 16));
    let read = report.row("small", "read").unwrap().total;
    assert_eq!((read.reads, read.read_bytes), (2, 1 + 3 + 4));
    let walk = report.row("small", "query read").unwrap().total;
    assert_eq!((walk.steps, walk.step_bytes), (4, 12));
    assert_eq!(read.gas(), 2_000 + 3 * (2 * 33 + 8));
    assert!(report.to_string().contains("query read"));

    world.meter.reset();
    assert!(world.meter.report().rows.is_empty());
}

#[test]
fn reverted_calls_are_counted_and_their_keys_recorded() {
    let mut world = World::new();
    world.meter.set_counting(true);
    world.meter.set_recording(true);
    assert!(!world.send(&Msg::Write {
        records: 2,
        fails: true
    }));
    let write = world.meter.report().row("small", "write").unwrap().clone();
    assert_eq!((write.calls, write.failed, write.total.writes), (1, 1, 2));
    assert_eq!(world.keys(), [vec![0], vec![1]]);

    assert!(world.send(&Msg::Nest {}));
    let report = world.meter.report();
    assert_eq!(report.row("small", "write").unwrap().failed, 2);
    assert_eq!(report.row("small", "nest").unwrap().total.writes, 1);
    assert_eq!(report.row("small", "reply 7").unwrap().total.writes, 1);
    assert_eq!(
        world.keys(),
        [vec![0], vec![1], b"nest".to_vec(), b"reply".to_vec()]
    );
    // What a reverted call wrote is not in storage: whoever reads the key again sees it.
    assert_eq!(world.app.contract_storage(&world.contract).get(&[0]), None);
}

#[test]
fn switched_off_it_keeps_nothing() {
    let mut world = World::new();
    assert!(world.send(&Msg::Write {
        records: 4,
        fails: false
    }));
    assert!(world.meter.report().rows.is_empty());
    assert!(world.keys().is_empty());
}
