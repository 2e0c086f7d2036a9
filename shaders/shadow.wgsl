// Contact and cast shadow on the ground. `param.x` is how dark a vertex is; the slot says whose shadow it is.

struct ShadowOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) dark: f32,
}

@vertex
fn vertex(in: VertexIn) -> ShadowOut {
    var out: ShadowOut;
    let style = styles[in.slot];
    out.world = in.position;
    out.dark = in.param.x * scene.layer.y * clamp(style.height, 0.0, 1.0) * unpack_colour(style.fill).a;
    out.clip = pulled(view.clip_from_world * vec4<f32>(in.position, 1.0), 0.0);
    if ((style.bits & VISIBLE) == 0u) { out.clip = NOWHERE; }
    return out;
}

fn shaded(in: ShadowOut) -> vec4<f32> {
    return vec4<f32>(hazed(scene.shadow.rgb, in.world), in.dark);
}

@fragment
fn fragment(in: ShadowOut) -> @location(0) vec4<f32> {
    return shaded(in);
}

@fragment
fn fragment_cut(in: ShadowOut) -> @location(0) vec4<f32> {
    // The colour first: what it takes from neighbouring fragments must not depend on what is cut.
    let colour = shaded(in);
    if (is_cut(in.world)) { discard; }
    return colour;
}
