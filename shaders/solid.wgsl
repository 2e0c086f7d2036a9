// Buildings, tanks, fittings and columns. `param.x` is the height above the foot, `param.y` the storey height (0: no
// storey lines); `normal.w` is 1 on roofs.

struct SolidOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) colour: vec4<f32>,
    @location(2) param: vec2<f32>,
    @location(3) @interpolate(flat) bits: u32,
}

@vertex
fn vertex(in: VertexIn) -> SolidOut {
    var out: SolidOut;
    let corner = corner_of_solid(in);
    out.clip = corner.clip;
    out.world = corner.world;
    out.colour = corner.colour;
    out.param = in.param;
    out.bits = corner.bits;
    return out;
}

fn shaded(in: SolidOut) -> vec4<f32> {
    var colour = patterned(in.colour.rgb, in.bits, seen_at(in.clip));
    colour *= shade_at_foot(in.param.x);
    let step = fwidth(in.param.x) / max(in.param.y, 0.1);
    if (in.param.y > 0.0 && step < 0.25) {
        let at = in.param.x / in.param.y;
        let near = abs(at - round(at));
        let ink = (1.0 - smoothstep(0.5 * step, 1.5 * step, near)) * (1.0 - step * 4.0);
        colour *= 1.0 - scene.zenith.w * ink * step_floor(at);
    }
    return vec4<f32>(hazed(colour, in.world), in.colour.a * scene.layer.y);
}

// No storey line at the foot itself.
fn step_floor(at: f32) -> f32 {
    return select(0.0, 1.0, at > 0.5);
}

@fragment
fn fragment(in: SolidOut) -> @location(0) vec4<f32> {
    return shaded(in);
}

@fragment
fn fragment_cut(in: SolidOut) -> @location(0) vec4<f32> {
    // The colour first: what it takes from neighbouring fragments must not depend on what is cut.
    let colour = shaded(in);
    if (is_cut(in.world)) { discard; }
    return colour;
}
