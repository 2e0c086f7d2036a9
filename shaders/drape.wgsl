// Areas that lie on the ground: the terrain itself, ground cover, parcels and zones. `param.x` is a further pull
// towards the eye, for cover that lies on other cover.

struct DrapeOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) light: vec3<f32>,
    @location(2) @interpolate(flat) fill: vec4<f32>,
    @location(3) @interpolate(flat) bits: u32,
}

@vertex
fn vertex(in: VertexIn) -> DrapeOut {
    var out: DrapeOut;
    let style = styles[in.slot];
    let fill = tinted(unpack_colour(style.fill), style.bits);
    out.world = in.position;
    out.bits = style.bits;
    out.fill = vec4<f32>(fill.rgb, fill.a * scene.layer.y);
    let relief = normalize(in.normal.xyz * vec3<f32>(scene.shadow.w, 1.0, scene.shadow.w));
    out.light = sunlit(relief);
    out.clip = pulled(view.clip_from_world * vec4<f32>(in.position, 1.0), in.param.x);
    if ((style.bits & VISIBLE) == 0u || fill.a == 0.0) { out.clip = NOWHERE; }
    return out;
}

fn shaded(in: DrapeOut) -> vec4<f32> {
    let colour = patterned(in.fill.rgb, in.bits, seen_at(in.clip)) * in.light;
    return vec4<f32>(hazed(colour, in.world), in.fill.a);
}

@fragment
fn fragment(in: DrapeOut) -> @location(0) vec4<f32> {
    return shaded(in);
}

@fragment
fn fragment_cut(in: DrapeOut) -> @location(0) vec4<f32> {
    // The colour first: what it takes from neighbouring fragments must not depend on what is cut.
    let colour = shaded(in);
    if (is_cut(in.world)) { discard; }
    return colour;
}
