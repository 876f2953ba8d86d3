// A disposable child that never says that it is ready.
process.on('disconnect', () => process.exit(0));
process.on('message', () => {});
