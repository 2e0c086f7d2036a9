// Buildings drawn as blocks, a few pixels each: what a pixel shows is worked out at the corners. No storey line and hardly a pattern
// could be told at that size, and where a processor draws, every small triangle costs a whole square of pixels.

struct BlockOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) colour: vec4<f32>,
    @location(1) world: vec3<f32>,
}

@vertex
fn vertex(in: VertexIn) -> BlockOut {
    var out: BlockOut;
    let style = styles[in.slot];
    let fill = tinted(unpack_colour(style.fill), style.bits);
    var world = in.position;
    world.y -= max(in.param.x, 0.0) * (1.0 - style.height);
    var colour = fill.rgb * sunlit(normalize(in.normal.xyz));
    if (in.normal.w < 0.5) { colour *= 0.87; }
    colour *= mix(1.0 - scene.shade.w, 1.0, smoothstep(0.0, 5.0, in.param.x));
    out.world = world;
    out.colour = vec4<f32>(hazed(colour, world), fill.a * scene.layer.y);
    out.clip = pulled(view.clip_from_world * vec4<f32>(world, 1.0), 0.0);
    if ((style.bits & VISIBLE) == 0u) { out.clip = NOWHERE; }
    return out;
}

@fragment
fn fragment(@location(0) colour: vec4<f32>) -> @location(0) vec4<f32> {
    return colour;
}

@fragment
fn fragment_cut(in: BlockOut) -> @location(0) vec4<f32> {
    if (is_cut(in.world)) { discard; }
    return in.colour;
}
