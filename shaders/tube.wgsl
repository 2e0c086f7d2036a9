// Pipes: the position is on the axis, the normal points outwards, `param.x` is the radius in metres, drawn
// `layer.w` times as large. A pipe never gets thinner on screen than the layer's smallest size.

struct TubeOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) colour: vec4<f32>,
    @location(2) @interpolate(flat) bits: u32,
}

@vertex
fn vertex(in: VertexIn) -> TubeOut {
    var out: TubeOut;
    let style = styles[in.slot];
    let fill = tinted(unpack_colour(style.fill), style.bits);
    let axis = view.clip_from_world * vec4<f32>(in.position, 1.0);
    let smallest = 0.5 * scene.layer.z * scene.accent.w * metres_per_px(max(axis.w, 0.1));
    let world = in.position + in.normal.xyz * max(in.param.x * scene.layer.w, smallest);
    out.world = world;
    out.colour = vec4<f32>(fill.rgb * sunlit(normalize(in.normal.xyz)), fill.a);
    out.bits = style.bits;
    out.clip = pulled(view.clip_from_world * vec4<f32>(world, 1.0), 0.0);
    if ((style.bits & VISIBLE) == 0u) { out.clip = NOWHERE; }
    return out;
}

fn shaded(in: TubeOut) -> vec4<f32> {
    let colour = patterned(in.colour.rgb, in.bits, seen_at(in.clip));
    return vec4<f32>(hazed(colour, in.world), in.colour.a * scene.layer.y);
}

@fragment
fn fragment(in: TubeOut) -> @location(0) vec4<f32> {
    return shaded(in);
}

@fragment
fn fragment_cut(in: TubeOut) -> @location(0) vec4<f32> {
    // The colour first: what it takes from neighbouring fragments must not depend on what is cut.
    let colour = shaded(in);
    if (is_cut(in.world)) { discard; }
    return colour;
}
