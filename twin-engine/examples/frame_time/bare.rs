//! The same triangles with nothing around them: one pipeline of wgpu, one buffer of vertices and one of indices, one draw, and a
//! shader that only turns a normal into a shade: nothing is blended, lines have no width and there is no sky. What a frame of them
//! costs at least.

use std::error::Error;
use std::time::{Duration, Instant};

use bevy::math::Mat4;
use bevy::tasks::block_on;
use twin_engine::Drawn;
use wgpu::util::DeviceExt;

const SHADER: &str = "
@group(0) @binding(0) var<uniform> clip_from_world: mat4x4<f32>;
struct Out { @builtin(position) clip: vec4<f32>, @location(0) shade: f32 }
@vertex fn vertex(@location(0) at: vec3<f32>, @location(1) normal: vec4<f32>) -> Out {
    let shade = 0.6 + 0.4 * dot(normal.xyz, vec3<f32>(0.3, 0.8, 0.5));
    return Out(clip_from_world * vec4<f32>(at, 1.0), shade);
}
@fragment fn fragment(in: Out) -> @location(0) vec4<f32> {
    return vec4<f32>(vec3<f32>(0.9, 0.88, 0.85) * in.shade, 1.0);
}";

/// Times of `frames` frames of `tiles`, what is drawn first by the twin (the last pass that covers others) first here too: no pixel
/// is coloured in vain more often than there.
pub(crate) fn frames(
    tiles: &[Drawn],
    clip_from_world: Mat4,
    (width, height): (u32, u32),
    frames: usize,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()))?;
    let limits = wgpu::Limits { max_buffer_size: 1 << 30, ..wgpu::Limits::default() };
    let (device, queue) =
        block_on(adapter.request_device(&wgpu::DeviceDescriptor { required_limits: limits, ..Default::default() }))?;
    let (mut vertices, mut indices) = (Vec::new(), Vec::new());
    let mut tiles: Vec<&Drawn> = tiles.iter().collect();
    tiles.sort_by_key(|tile| std::cmp::Reverse(tile.layer));
    for tile in tiles {
        let first = (vertices.len() / 20) as u32;
        for (at, normal) in tile.positions.iter().zip(&tile.normals) {
            vertices.extend(at.iter().flat_map(|c| c.to_le_bytes()));
            vertices.extend(normal.iter().flat_map(|c| c.to_le_bytes()));
        }
        indices.extend(tile.indices.iter().map(|index| index + first));
    }
    let index_bytes: Vec<u8> = indices.iter().flat_map(|i: &u32| i.to_le_bytes()).collect();
    let matrix: Vec<u8> = clip_from_world.to_cols_array().iter().flat_map(|c| c.to_le_bytes()).collect();
    let buffer = |contents: &[u8], usage| {
        device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: None, contents, usage })
    };
    let vertices = buffer(&vertices, wgpu::BufferUsages::VERTEX);
    let index_buffer = buffer(&index_bytes, wgpu::BufferUsages::INDEX);
    let uniform = buffer(&matrix, wgpu::BufferUsages::UNIFORM);
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(SHADER.into()),
    });
    let format = wgpu::TextureFormat::Rgba8UnormSrgb;
    let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: None,
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("vertex"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[wgpu::VertexBufferLayout {
                array_stride: 20,
                step_mode: wgpu::VertexStepMode::Vertex,
                attributes: &wgpu::vertex_attr_array![0 => Float32x3, 1 => Snorm16x4],
            }],
        },
        primitive: wgpu::PrimitiveState { cull_mode: Some(wgpu::Face::Back), ..Default::default() },
        depth_stencil: Some(wgpu::DepthStencilState {
            format: wgpu::TextureFormat::Depth32Float,
            depth_write_enabled: Some(true),
            depth_compare: Some(wgpu::CompareFunction::GreaterEqual),
            stencil: wgpu::StencilState::default(),
            bias: wgpu::DepthBiasState::default(),
        }),
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("fragment"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(format.into())],
        }),
        multiview_mask: None,
        cache: None,
    });
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() }],
    });
    let target = |format| {
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            view_formats: &[],
        });
        texture.create_view(&wgpu::TextureViewDescriptor::default())
    };
    let (colour, depth) = (target(format), target(wgpu::TextureFormat::Depth32Float));
    let mut times = Vec::new();
    for _ in 0..frames + 3 {
        let start = Instant::now();
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: None,
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: &colour,
                    depth_slice: None,
                    resolve_target: None,
                    ops: wgpu::Operations {
                        load: wgpu::LoadOp::Clear(wgpu::Color::WHITE),
                        store: wgpu::StoreOp::Store,
                    },
                })],
                depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                    view: &depth,
                    depth_ops: Some(wgpu::Operations { load: wgpu::LoadOp::Clear(0.0), store: wgpu::StoreOp::Store }),
                    stencil_ops: None,
                }),
                ..Default::default()
            });
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.set_vertex_buffer(0, vertices.slice(..));
            pass.set_index_buffer(index_buffer.slice(..), wgpu::IndexFormat::Uint32);
            pass.draw_indexed(0..indices.len() as u32, 0, 0..1);
        }
        queue.submit([encoder.finish()]);
        device.poll(wgpu::PollType::wait_indefinitely())?;
        times.push(start.elapsed());
    }
    // The first ones make what the others find.
    Ok(times.split_off(3))
}
