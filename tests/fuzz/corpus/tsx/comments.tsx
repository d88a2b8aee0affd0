const a = <div title="// no">{/* The chairman opens. */}text // text</div>; // so
